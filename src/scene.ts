/**
 * `ringlight/scene`: a DHT as something to look at. A simulation of the lab, or live nodes, tell what
 * happens as plain data (scene/frame.ts); a view asks for it with commands. No Node.js is needed.
 */
export * from './scene/frame.ts';
