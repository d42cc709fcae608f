*** Settings ***
Documentation     Does the firmware come up, and does it say the same each time?
Resource          workbench.resource

*** Test Cases ***
Console Says What The Firmware Is
    Put Firmware On The Board
    ${line} =    Wait For Line On UART    kernels    limit=1s
    Should Contain    ${line}    ${BOARD}
    Wait For Line On UART    bytes of arena used    limit=1s
    Wait For Line On UART    ready    limit=1s
    Firmware Should Not Fault

Firmware Answers The Link
    ${hello} =    Boot The Board
    Should Be Equal    ${hello.board}    ${BOARD}
    Should Be Equal    ${hello.kernels}    ${KERNELS}
    ${answer} =    Send Frame    HELLO
    Should Be Equal    ${answer}    HELLO

Each Reset Takes The Same Instructions
    Boot The Board
    ${first} =    Instructions Since Reset
    Reset Firmware
    Start Firmware
    ${second} =    Instructions Since Reset
    Should Be Equal    ${first}    ${second}
