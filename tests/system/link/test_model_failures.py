"""A model that cannot start leaves the firmware alive, and HELLO says why."""

import struct

import numpy as np
import pytest
import tflite

from workbench.link import Client, ErrorCode, ModelFailedError


@pytest.fixture
def boot(firmware_image, machine):
    """Return a function that boots with the model in flash changed by `change`."""

    def start(change=None, **options):
        built = firmware_image("stm32f4_discovery", **options)
        engine = machine(built)
        if change is not None:
            model = next(s for s in built.footprint.sections if s.name == ".model")
            content = bytearray(engine.memory.read(model.address, model.size))
            change(content)
            engine.memory.write(model.address, bytes(content))
        client = Client(engine)
        client.boot()
        return client

    return start


def root_table(content):
    return struct.unpack_from("<I", content)[0]


def set_schema_version(content):
    """Write 4 into Model.version, the first field of the root table."""
    table = root_table(content)
    vtable = table - struct.unpack_from("<i", content, table)[0]
    field = struct.unpack_from("<H", content, vtable + 4)[0]
    struct.pack_into("<I", content, table + field, 4)


def break_root(content):
    struct.pack_into("<I", content, 0, 0x7FFFFFF0)


def replace_softmax_by_tanh(content):
    """Change the operator code in both fields that hold it (OperatorCode, slots 0 and 3)."""
    model = tflite.Model.GetRootAs(bytes(content), 0)
    for i in range(model.OperatorCodesLength()):
        code = model.OperatorCodes(i)
        if code.DeprecatedBuiltinCode() == tflite.BuiltinOperator.SOFTMAX:
            table = code._tab
            for slot, size in ((4, 1), (10, 4)):
                if table.Offset(slot):
                    field = table.Pos + table.Offset(slot)
                    content[field : field + size] = tflite.BuiltinOperator.TANH.to_bytes(
                        size, "little"
                    )


def refuse_everything(content):
    content[4:] = bytes(len(content) - 4)


def test_an_arena_that_is_too_small_names_the_missing_bytes(boot):
    hello = boot(arena_bytes=512).hello()
    assert hello.error.code == ErrorCode.ARENA_TOO_SMALL
    assert hello.error.detail > 0
    grown = boot(arena_bytes=512 + hello.error.detail + 64).hello()
    assert grown.error is None or grown.error.code == ErrorCode.ARENA_TOO_SMALL


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (set_schema_version, ErrorCode.MODEL_SCHEMA),
        (break_root, ErrorCode.MODEL_CORRUPT),
        (refuse_everything, ErrorCode.MODEL_CORRUPT),
        (replace_softmax_by_tanh, ErrorCode.OPERATOR_MISSING),
    ],
)
def test_a_damaged_model_is_refused_with_a_code_and_a_text(boot, change, code):
    hello = boot(change).hello()
    assert hello.error.code == code
    assert hello.error.text
    assert hello.inputs == ()


def test_an_operator_that_is_not_registered_is_named(boot):
    assert "TANH" in boot(replace_softmax_by_tanh).hello().error.text


def test_inference_without_a_model_is_refused_with_the_same_error(boot):
    client = boot(break_root)
    with pytest.raises(ModelFailedError) as caught:
        client.infer(np.zeros(490, np.int8))
    assert caught.value.error == client.hello().error
    assert client.statistics().inferences == 0
