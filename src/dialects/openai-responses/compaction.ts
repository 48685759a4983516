/** The prompt for shortening a conversation. The summary reaches the client in an envelope, as one item. */
export const COMPACT = `Write a summary of this conversation for another assistant, who will go on with the work and will see nothing but your summary.

Say what the user wants, in the user's own words where they matter; what was done and decided, and why; which files, commands, names and numbers matter, exactly; what is finished, what is not, and what is to be done next. Leave out what nobody needs any more. Answer with the summary alone.`
