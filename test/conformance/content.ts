/** What the scenarios expect to find by name, and what it answers, in either era. */

export type Content =
  | { type: 'text'; text: string }
  | { type: 'image' | 'audio'; data: string; mimeType: string }
  | { type: 'resource'; resource: { uri: string; mimeType: string; text: string } };

/** All a server of either era can be asked for. */
export const capabilities = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
};

export interface Prompt {
  readonly description: string;
  readonly arguments: readonly string[];
  content(args: Readonly<Record<string, string>>): Content[];
}

export interface Resource {
  readonly uri: string;
  readonly mimeType: string;
  readonly body: { text: string } | { blob: string };
}

export const text = (words: string): Content => ({ type: 'text', text: words });

/** One pixel. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP438AAAAQBAYDFKhhdAAAAAElFTkSuQmCC';
/** Two samples of silence. */
const wav = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQIAAACAgA==';

const image: Content = { type: 'image', data: png, mimeType: 'image/png' };
const embedded = (uri: string): Content => ({
  type: 'resource',
  resource: { uri, mimeType: 'text/plain', text: `The text of ${uri}.` },
});

/** Tools without arguments that always answer the same. */
export const plainTools: Readonly<Record<string, Content[]>> = {
  test_simple_text: [text('A text.')],
  test_image_content: [image],
  test_audio_content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }],
  test_embedded_resource: [embedded('test://embedded')],
  test_multiple_content_types: [text('A text, an image and a resource.'), image, embedded('test://mixed')],
};

export const prompts: Readonly<Record<string, Prompt>> = {
  test_simple_prompt: { description: 'No arguments', arguments: [], content: () => [text('A prompt.')] },
  test_prompt_with_arguments: {
    description: 'Repeats its arguments',
    arguments: ['arg1', 'arg2'],
    content: ({ arg1, arg2 }) => [text(`arg1 is ${arg1}, arg2 is ${arg2}.`)],
  },
  test_prompt_with_embedded_resource: {
    description: 'Embeds the resource asked for',
    arguments: ['resourceUri'],
    content: ({ resourceUri }) => [embedded(resourceUri!), text('Read the resource.')],
  },
  test_prompt_with_image: {
    description: 'Shows an image',
    arguments: [],
    content: () => [image, text('Look at the image.')],
  },
};

export const resources: Readonly<Record<string, Resource>> = {
  'static-text': { uri: 'test://static-text', mimeType: 'text/plain', body: { text: 'A static text.' } },
  'static-binary': { uri: 'test://static-binary', mimeType: 'image/png', body: { blob: png } },
  'watched-resource': { uri: 'test://watched-resource', mimeType: 'text/plain', body: { text: 'A text to watch.' } },
};

/** Resources `test://template/{id}/data`. */
export const template = {
  name: 'template',
  uriTemplate: 'test://template/{id}/data',
  mimeType: 'application/json',
  body: (id: string) => ({ text: JSON.stringify({ id, templateTest: true, data: `The data of ${id}` }) }),
};

export const completion = { completion: { values: ['first', 'second'], total: 2, hasMore: false } };
