"""The platform of one stack: `pulumi up` reads `Pulumi.<stack>.yaml` and builds what it asks for."""

import components.platform
import config.load

components.platform.build(config.load.platform())
