// Starts the interface: connects to the core, builds the services, mounts the app.
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import { connect } from './client/connect.ts'
import { start } from './start.ts'

start(window, connect(window))
