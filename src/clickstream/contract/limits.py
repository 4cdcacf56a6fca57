"""What an event may measure. Every bound of the contract stands here, once.

Characters are Unicode code points; bytes are those of the JSON text in UTF-8.
"""

from typing import Final

MAX_EVENT_BYTES: Final = 64 * 1024
MAX_LINE_BYTES: Final = 8 * MAX_EVENT_BYTES
"""Of one line of the lake: an event, at most four times as long when it had to be written anew
(`1e15` becomes `1000000000000000.0`), and what the platform puts beside it."""
MAX_BODY_BYTES: Final = 1024 * 1024
"""Of one request, after decompression; larger is answered with 413."""
MAX_BATCH_EVENTS: Final = 500
MAX_DEPTH: Final = 20
"""Nested arrays and objects, the event itself being the first."""
MAX_ITEMS: Final = 200
MAX_PROPERTIES: Final = 256
"""Keys of `properties` and fields of the event together."""
MAX_DATASET: Final = 64

MAX_NAME: Final = 128
"""An event name, a tag, a role and the like."""
MAX_ID: Final = 256
MAX_TEXT: Final = 1024
MAX_TITLE: Final = 2048
MAX_URL: Final = 8192
MAX_AMOUNT: Final = 1e12
"""Money, of any currency: a trillion; more is a mistake."""
MAX_QUANTITY: Final = 1_000_000
MAX_MILLISECONDS: Final = 86_400_000
"""Engaged time one event may report: a day."""
MIN_INSTANT: Final = -62_135_596_800_000
"""The first millisecond of the year 1, counted from 1970."""
END_INSTANT: Final = 253_402_300_800_000
"""The millisecond after the year 9999: the first that is refused."""
