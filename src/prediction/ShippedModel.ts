/** The model that comes with the project, wherever the program is started from. */
import { fileURLToPath } from "node:url"

export const file = fileURLToPath(new URL("../../config/models/generated.json", import.meta.url))
