/**
 * A text in which GitLab finds no quick action: a line of a description or note that begins with `/merge`, `/close`, `/approve` or another one would be done in the name of
 * the token's user, whoever wrote that line first. In Markdown `\/` is read as `/`. Also without what GitLab takes away by itself, so that a text compares equal when it is read back.
 */
export function inert(text: string): string {
  return text.replaceAll('\r', '').trimEnd().replaceAll(/^([ \t>]*)\/(?=[a-z])/gim, '$1\\/')
}
