/** Methods for things that belong to one project. */
import type { Exchange, Outcome } from '../exchange.ts'
import { cancelBatch, createBatch, deleteBatch, getBatch, listBatches } from './batches.ts'
import {
  createCachedContent,
  deleteCachedContent,
  getCachedContent,
  listCachedContents,
  updateCachedContent,
} from './caches.ts'
import { deleteFile, downloadFile, getFile, listFiles } from './files.ts'
import {
  cancelInteraction,
  createInteraction,
  deleteInteraction,
  getInteraction,
} from './interactions.ts'
import { startUpload } from './uploads.ts'

export const RESOURCE_METHODS: Readonly<Record<string, (exchange: Exchange) => Outcome>> = {
  uploadFile: startUpload,
  getFile,
  listFiles,
  deleteFile,
  downloadFile,
  createCachedContent,
  getCachedContent,
  listCachedContents,
  updateCachedContent,
  deleteCachedContent,
  batchGenerateContent: createBatch,
  asyncBatchEmbedContent: createBatch,
  getBatch,
  listBatches,
  cancelBatch,
  deleteBatch,
  createInteraction,
  getInteraction,
  cancelInteraction,
  deleteInteraction,
}
