from robot.libdocpkg import LibraryDocumentation

FIELD_WORDS = {
    "Boot Firmware",
    "Wait For Line On UART",
    "Wait For Bytes On UART",
    "Send Frame",
    "Inject Features",
    "Label Should Be",
    "Scores Should Match Host",
    "Instructions Should Be At Most",
    "Latency Should Be At Most",
    "Arena Should Be At Most",
    "Stack Should Be At Most",
    "Firmware Should Not Fault",
    "Fault Should Be",
    "Take Snapshot",
    "Restore Snapshot",
}


def test_libdoc_finds_every_keyword_documented():
    documentation = LibraryDocumentation("workbench.robot.Workbench")
    keywords = {keyword.name: keyword for keyword in documentation.keywords}
    assert set(keywords) >= FIELD_WORDS
    assert all(keyword.doc.strip() for keyword in keywords.values())
    assert "on either" in documentation.doc
