"""What first instructions have pushed. Encodings as the assembler gives them."""

from workbench.fault.prologue import pushed


def code(*halfwords: int) -> bytes:
    return b"".join(h.to_bytes(2, "little") for h in halfwords)


def test_nothing_executed_has_pushed_nothing():
    assert pushed(b"") == pushed(code(0xBF00))
    assert pushed(b"").size == 0


def test_push_and_room_for_locals():
    done = pushed(code(0xB510, 0xB084))  # push {r4, lr}; sub sp, #16
    assert (done.size, dict(done.saved)) == (24, {4: 16, 14: 20})


def test_wide_push_floating_point_and_a_large_frame():
    # push {r4-r8, lr}; vpush {d8}; sub.w sp, sp, #1024
    done = pushed(code(0xE92D, 0x41F0, 0xED2D, 0x8B02, 0xF5AD, 0x6D80))
    assert (done.size, done.saved[14], done.saved[4]) == (20 + 4 + 8 + 1024, 1032 + 20, 1032)


def test_a_single_register():
    done = pushed(code(0xF84D, 0xED04))  # str lr, [sp, #-4]!
    assert (done.size, dict(done.saved)) == (4, {14: 0})


def test_nothing_is_believed_behind_a_branch():
    assert pushed(code(0xE001, 0xB510)).size == 0  # b; push {r4, lr}


def test_every_way_to_make_room_counts():
    assert pushed(code(0xF1AD, 0x0D08)).size == 8  # sub.w sp, sp, #8
    assert pushed(code(0xF6AD, 0x0D04)).size == 0x804  # subw sp, sp, #0x804
    assert pushed(code(0xE96D, 0x4504)).size == 16  # strd r4, r5, [sp, #-16]!
