"""What EC2 says, of whatever kind of resource."""

from typing import Final

from rehearsal.clouds.words import Words

EC2: Final = Words(throttled="RequestLimitExceeded: Request limit exceeded.")
