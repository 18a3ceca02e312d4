// Runs in the sandbox before the page: puts the bridge on the window, and nothing else.
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { ApiMethod } from '../core/contract/api.ts'
import { createBridge } from './bridge.ts'

/** Filled in by the build from the contract, so that the preload carries no schemas. */
declare const ESPALIER_METHODS: readonly ApiMethod[]

contextBridge.exposeInMainWorld('espalier', createBridge(ipcRenderer, webUtils, ESPALIER_METHODS))
