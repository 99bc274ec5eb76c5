"""Open a workbook that a password protects; the plain bytes stay in memory.

msoffcrypto-tool is an extra (`pip install atstats[password]`) and is imported here only.
"""

import importlib.util
import io

from atstats.workbook.guard import PASSWORD, Refused

__all__ = ["NOT_INSTALLED", "can_decrypt", "decrypt"]

NOT_INSTALLED = Refused(
    PASSWORD.reason,
    "Open it in Excel, remove the password and save it again, or install: pip install 'atstats[password]'",
)
_WRONG = Refused(PASSWORD.reason, "The password given does not open it; ask the agency for the right one.")

_OTHER = Refused(PASSWORD.reason, "It cannot be opened here; open it in Excel, remove the password and save it again.")


def can_decrypt() -> bool:
    """Whether the extra is installed."""
    return importlib.util.find_spec("msoffcrypto") is not None


def decrypt(content: bytes, password: str) -> bytes | Refused:
    """The workbook behind a password. Runs in the child: a hostile file may ask for hours of work."""
    from msoffcrypto import OfficeFile
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError

    plain = io.BytesIO()
    try:
        file = OfficeFile(io.BytesIO(content))
        file.load_key(password=password, verify_password=True)
        file.decrypt(plain)
    except InvalidKeyError:
        return _WRONG
    except DecryptionError:
        return _OTHER
    return plain.getvalue()
