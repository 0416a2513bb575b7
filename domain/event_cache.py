"""States of the streams used last. A state never changes, so a kept one and the events after it are exact."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from domain.kernel import Aggregate


class Known(NamedTuple):
    """A stream as far as it was read: the version of its last event, and the state its events made."""

    version: int
    state: Aggregate


class Cache:
    """By name of stream, for any thread; the `size` streams used last are kept, none when it is 0."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._streams: OrderedDict[str, Known] = OrderedDict()

    def get(self, blank: Aggregate) -> Known:
        """The stream of that blank state as it is known here, which may be not at all."""
        stream = blank.stream_of(blank.id)
        with self._lock:
            known = self._streams.get(stream)
            if known is None:
                return Known(0, blank)
            self._streams.move_to_end(stream)
            return known

    def put(self, streams: Mapping[str, Known]) -> None:
        """Keep these, unless a later version is kept already."""
        with self._lock:
            for stream, known in streams.items():
                kept = self._streams.get(stream)
                if kept is None or known.version > kept.version:
                    self._streams[stream] = known
                    self._streams.move_to_end(stream)
            while len(self._streams) > self._size:
                self._streams.popitem(last=False)
