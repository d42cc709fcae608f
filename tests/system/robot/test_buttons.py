"""The keywords for buttons and pins, in a suite with firmware that is not ours."""

from tests.system.programs import compile_program

SUITE = """
*** Test Cases ***
Button And Pin
    Load Firmware               ${BUTTON}    stm32f4_discovery
    Wait For Line On UART       waiting
    Press Button                userButton
    Wait For Line On UART       pressed    limit=10ms
    Release Button              userButton
    Wait For Line On UART       released    limit=10ms
    Press And Release Button    userButton    held=20ms
    Wait For Line On UART       released    limit=10ms
    Set Pin                     gpioPortA    3    high
    Wait For Line On UART       edge    limit=10ms

No Such Button
    Load Firmware               ${BUTTON}    stm32f4_discovery
    Press Button                blueButton
"""


def test_buttons_are_pressed_and_those_that_are_there_are_named(run_suite, tmp_path):
    elf = compile_program("button", tmp_path)
    _, report, _ = run_suite(SUITE, "--variable", f"BUTTON:{elf}")
    pressed, unknown = report["tests"]
    assert pressed["passed"], pressed["message"]
    assert not unknown["passed"]
    assert "no button 'blueButton'" in unknown["message"]
    assert "userButton" in unknown["message"]
