"""google-genai and LiteLLM, unmodified. Prints what came, as JSON, for python-google.test.ts to look at."""
import io
import json
import os
import sys

URL = os.environ['POLLUX_URL']
KEY = os.environ['POLLUX_KEY']
MODEL = 'gemini-3.1-pro-preview'
EMBEDDING = 'gemini-embedding-001'
TOOL = {
    'type': 'function',
    'function': {
        'name': 'weather',
        'description': 'The weather in a city.',
        'parameters': {'type': 'object', 'properties': {'city': {'type': 'string'}}},
    },
}


def client():
    from google import genai

    return genai.Client(api_key=KEY, http_options={'base_url': URL})


def weather(city: str) -> str:
    """The weather in a city."""
    return 'sunny'


def generate():
    """Automatic calling, a chat whose signatures come back in the alphabet of URLs, streams, counting, embedding, models."""
    from google.genai import types

    ai = client()
    config = types.GenerateContentConfig(tools=[weather])
    called = ai.models.generate_content(model=MODEL, contents='How is it?', config=config)
    chat = ai.chats.create(model=MODEL, config=config)
    chatted = [chat.send_message('And Rome?').text, chat.send_message('And now?').text]
    stream = ai.models.generate_content_stream(model=MODEL, contents='hello')
    vectors = ai.models.embed_content(model=EMBEDDING, contents=['a', 'b'])
    return {
        'called': called.text,
        'chatted': chatted,
        'streamed': ''.join(chunk.text or '' for chunk in stream),
        'counted': ai.models.count_tokens(model=MODEL, contents='hello').total_tokens,
        'vectors': len(vectors.embeddings),
        'listed': f'models/{MODEL}' in [model.name for model in ai.models.list(config={'page_size': 5})],
    }


def things():
    """Files whose bytes are sent without a key, a cache, a batch, an interaction."""
    ai = client()
    file = ai.files.upload(file=io.BytesIO(b'x' * 9_000_000), config={'mime_type': 'text/plain'})
    read = ai.models.generate_content(model=MODEL, contents=['Read.', file])
    cache = ai.caches.create(
        model=MODEL, config={'contents': 'The quick brown fox. ' * 1500, 'ttl': '300s'}
    )
    used = ai.models.generate_content(
        model=MODEL, contents='Go', config={'cached_content': cache.name}
    )
    ai.caches.delete(name=cache.name)
    batch = ai.batches.create(model=MODEL, src=[{'contents': [{'parts': [{'text': 'Hi'}]}]}])
    for _ in range(3):
        batch = ai.batches.get(name=batch.name)
    interaction = ai.interactions.create(model=MODEL, input='Hello')
    names = [each.name for each in ai.files.list()]
    ai.files.delete(name=file.name)
    return {
        'bytes': file.size_bytes,
        'read': read.text,
        'cached': used.usage_metadata.cached_content_token_count,
        'batch': [batch.state.name, batch.dest.inlined_responses[0].response.text],
        'interaction': interaction.status,
        'files': names == [file.name],
    }


def refusals():
    """A cut stream, a ring that is out of quota, a wrong key: as errors with their codes."""
    from google import genai
    from google.genai import errors

    told = []
    ai = client()
    stranger = genai.Client(api_key='nobody', http_options={'base_url': URL})
    for ask in (
        lambda: list(ai.models.generate_content_stream(model=MODEL, contents='x')),
        lambda: ai.models.generate_content(model=MODEL, contents='x'),
        lambda: stranger.models.generate_content(model=MODEL, contents='x'),
    ):
        try:
            ask()
            told.append(None)
        except errors.APIError as error:
            told.append([type(error).__name__, error.code, error.status])
    return told


def litellm():
    """A base with and without its version, tools, a stream, an embedding, a cut stream."""
    import litellm as llm

    llm.suppress_debug_info = True
    known = {'model': f'gemini/{MODEL}', 'api_key': KEY, 'num_retries': 0}
    base = f'{URL}/v1beta'
    talk = [{'role': 'user', 'content': 'How is Paris?'}]
    for _ in range(4):
        answer = llm.completion(**known, api_base=base, messages=talk, tools=[TOOL])
        message = answer.choices[0].message
        talk.append(message)
        for call in message.tool_calls or []:
            talk.append({'role': 'tool', 'tool_call_id': call.id, 'content': '{"sky": "clear"}'})
        if not message.tool_calls:
            break
    hello = [{'role': 'user', 'content': 'hello'}]
    bare = llm.completion(**known, api_base=URL, messages=hello)
    stream = llm.completion(**known, api_base=base, messages=hello, stream=True)
    streamed = ''.join(chunk.choices[0].delta.content or '' for chunk in stream)
    try:
        cut = llm.completion(**known, api_base=base, messages=hello, stream=True)
        ended = [chunk.choices[0].finish_reason for chunk in cut][-1]
    except Exception as error:
        ended = type(error).__name__
    return {
        'said': answer.choices[0].message.content,
        'tokens': answer.usage.total_tokens > 0,
        'bare': bare.choices[0].message.content,
        'streamed': streamed,
        'cut': ended,
    }


CLIENTS = {'generate': generate, 'things': things, 'refusals': refusals, 'litellm': litellm}

if __name__ == '__main__':
    print(json.dumps(CLIENTS[sys.argv[1]]()))
