from workbench.builder.sources import ModelSource, write_sources

MODEL = ModelSource(
    data=b"TFL3" + bytes(60),
    operators=("AddReshape()", "AddSoftmax(tflite::Register_SOFTMAX_INT8())"),
    input_bytes=490,
    labels=("yes", 'say "no"', "Ja\u0308"),
)


def generated(folder, name="model.cc"):
    write_sources(folder, MODEL, "reference", arena_bytes=4096, stack_bytes=2048)
    return (folder / name).read_text()


def test_the_model_is_copied_and_included_by_name(tmp_path):
    assert '.incbin "model.tflite"' in generated(tmp_path, "model.S")
    assert (tmp_path / "model.tflite").read_bytes() == MODEL.data


def test_the_resolver_holds_exactly_the_operators(tmp_path):
    text = generated(tmp_path)
    assert "MicroMutableOpResolver<2> g_resolver" in text
    assert "g_resolver.AddSoftmax(tflite::Register_SOFTMAX_INT8())" in text


def test_labels_survive_quotes_and_utf8(tmp_path):
    assert r'"yes", "say \042no\042", "Ja\314\210"' in generated(tmp_path)


def test_sizes_are_linker_symbols(tmp_path):
    assert generated(tmp_path, "model.ld") == "__stack_size = 2048;\n__arena_size = 4096;\n"


def test_an_arena_without_a_size_is_the_rest_of_ram(tmp_path):
    write_sources(tmp_path, MODEL, "reference", arena_bytes=None, stack_bytes=2048)
    assert (tmp_path / "model.ld").read_text() == "__stack_size = 2048;\n"


def test_unchanged_files_are_left_alone(tmp_path):
    generated(tmp_path)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    generated(tmp_path)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
