"""Reading single-file programs; the layout is Microsoft.NET.HostModel's."""

import pytest

from tests.unit.renode.bundles import SIGNATURE, apphost, bundle
from workbench.engines.renode.bundle import BundleError, entries, extract

FILES = {"Renode.dll": b"MZ" * 400, "runtimes/linux-x64/native/lib" + "x" * 150 + ".so": b"\x7fELF"}


@pytest.fixture
def program(tmp_path):
    """Return a function that writes a program."""

    def write(content):
        path = tmp_path / "renode"
        path.write_bytes(content)
        return path

    return write


def extracted(path, folder):
    extract(path, entries(path) or [], folder)
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize(("major", "compress"), [(2, False), (6, False), (6, True)])
def test_all_files_come_out_as_they_went_in(program, tmp_path, major, compress):
    path = program(bundle(FILES, major, compress))
    assert extracted(path, tmp_path / "out") == FILES


@pytest.mark.parametrize("content", [b"\x7fELF" + bytes(1000), apphost(), b""])
def test_other_programs_hold_no_bundle(program, content):
    assert entries(program(content)) is None


def test_signature_is_found_across_the_borders_of_what_is_read_at_once(program):
    for before in range((1 << 20) - 45, (1 << 20) + 5, 5):
        found = entries(program(bundle(FILES, host=bytes(before))))
        assert [entry.path for entry in found or ()] == list(FILES)


@pytest.mark.parametrize("left", [0.1, 0.5, 0.9, 0.99])
def test_program_that_is_cut_short_is_damaged(program, left):
    whole = bundle(FILES)
    begin = len(bundle({})) - 100
    cut = whole[: max(int(len(whole) * left), begin)]
    with pytest.raises(BundleError, match=r"cut short|damaged"):
        entries(program(cut))


def test_damaged_content_is_noticed(program, tmp_path):
    whole = bytearray(bundle({"Renode.dll": b"MZ" * 4000}, compress=True))
    place = whole.index(SIGNATURE) + len(SIGNATURE)
    whole[place : place + 4] = b"\xff\xff\xff\xff"
    path = program(bytes(whole))
    with pytest.raises(BundleError, match=r"Renode\.dll in it is damaged"):
        extract(path, entries(path) or [], tmp_path / "out")


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "a/../../outside"])
def test_no_file_is_written_outside_the_folder(program, name):
    with pytest.raises(BundleError, match="outside"):
        entries(program(bundle({name: b""})))
