export { embeddedBackend, EmbeddedStore } from './store.ts';
