"""Write what machines read: every published cell, what the tables are, and the list of what went in and out.

Only `ProtectedTable`s come in. The same release gives the same bytes.
"""

from atstats.exports.manifest import manifest
from atstats.exports.release import release_data

__all__ = ["manifest", "release_data"]
