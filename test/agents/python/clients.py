"""The Python clients, unmodified. Prints what came, as JSON, for python.test.ts to look at."""
import asyncio
import json
import os
import sys

URL = os.environ['POLLUX_URL']
KEY = os.environ['POLLUX_KEY']
MODEL = 'gemini-3.1-pro-preview'


def messages():
    import anthropic

    client = anthropic.Anthropic(base_url=URL, api_key=KEY, max_retries=0)
    tools = [{
        'name': 'weather',
        'description': 'The weather in a city.',
        'input_schema': {'type': 'object', 'properties': {'city': {'type': 'string'}}},
    }]
    talk = [{'role': 'user', 'content': 'How is Paris?'}]
    ends = []
    for _ in range(3):
        with client.messages.stream(
            model=MODEL, max_tokens=9000, tools=tools, messages=talk, thinking={'type': 'adaptive'}
        ) as stream:
            answer = stream.get_final_message()
        ends.append(answer.stop_reason)
        talk.append({'role': 'assistant', 'content': answer.content})
        calls = [block for block in answer.content if block.type == 'tool_use']
        if not calls:
            break
        talk.append({'role': 'user', 'content': [
            {'type': 'tool_result', 'tool_use_id': call.id, 'content': 'sunny'}
            for call in reversed(calls)
        ]})
    counted = client.messages.count_tokens(model=MODEL, messages=talk[:1])
    said = ''.join(block.text for block in answer.content if block.type == 'text')
    return {'ends': ends, 'said': said, 'counted': counted.input_tokens}


def agents():
    from agents import Agent, OpenAIResponsesModel, Runner, function_tool, set_tracing_disabled
    from agents import SQLiteSession
    from openai import AsyncOpenAI

    # Tracing would send the key to OpenAI.
    set_tracing_disabled(True)

    @function_tool
    def weather(city: str) -> str:
        """The weather in a city."""
        return 'sunny'

    async def run():
        client = AsyncOpenAI(base_url=f'{URL}/v1', api_key=KEY, max_retries=0)
        model = OpenAIResponsesModel(MODEL, openai_client=client)
        agent = Agent(name='Guide', instructions='You know the weather.', model=model, tools=[weather])
        session = SQLiteSession('a')
        first = await Runner.run(agent, 'How is Paris?', session=session)
        streamed = Runner.run_streamed(agent, 'And Rome?', session=session)
        async for _ in streamed.stream_events():
            pass
        return {'said': [first.final_output, streamed.final_output]}

    return asyncio.run(run())


print(json.dumps({'messages': messages, 'agents': agents}[sys.argv[1]]()))
