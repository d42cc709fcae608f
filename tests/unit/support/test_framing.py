"""The frames between the workbench and a worker process."""

import io
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.support.framing import MAX_BLOB, Message, ProtocolError, read_message, write_message


def written(*messages: Message) -> io.BytesIO:
    stream = io.BytesIO()
    for message in messages:
        write_message(stream, message)
    stream.seek(0)
    return stream


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none()), st.binary())
def test_message_arrives_as_it_was_sent(fields, blob):
    stream = written(Message(fields, blob), Message({"last": 1}))
    assert read_message(stream) == Message(fields, blob)
    assert read_message(stream) == Message({"last": 1})
    assert read_message(stream) is None


@given(st.integers(min_value=1, max_value=200))
def test_end_inside_a_message_is_an_error(cut):
    whole = written(Message({"op": "run"}, b"x" * 300)).getvalue()
    with pytest.raises(ProtocolError, match="inside a message"):
        read_message(io.BytesIO(whole[:cut]))


def test_absurd_lengths_are_refused_without_reading():
    with pytest.raises(ProtocolError, match="bytes"):
        read_message(io.BytesIO(struct.pack("<II", 2, MAX_BLOB + 1) + b"{}"))


@pytest.mark.parametrize("text", [b"[]", b"1", b"{", b"\xff\xfe"])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(ProtocolError):
        read_message(io.BytesIO(struct.pack("<II", len(text), 0) + text))


@given(st.binary(max_size=400))
def test_garbage_gives_an_error_or_a_message(garbage):
    try:
        message = read_message(io.BytesIO(garbage))
    except ProtocolError:
        return
    assert message is None or json.dumps(message.fields)
