*** Settings ***
Documentation     What does the firmware do with garbage, and what is seen when it crashes?
Resource          workbench.resource

*** Variables ***
${INVOKE}         tflite::MicroInterpreter::Invoke

*** Test Cases ***
Garbage Is Not Answered And The Next Frame Is
    Boot The Board
    Send Bytes To UART    00 FF FE FD 01 02 03 00 7F
    Send Bytes To UART    55 55 55 55 55 55 55 55 00
    ${answer} =    Send Frame    STATISTICS
    Should Be Equal    ${answer}    STATISTICS
    Firmware Should Not Fault

A Request That Does Not Exist Is Refused
    Boot The Board
    ${answer} =    Send Frame    0x77
    Should Be Equal    ${answer}    ERROR

Features Of The Wrong Length Are Refused
    Boot The Board
    ${answer} =    Send Frame    INFER    payload=00 01 02
    Should Be Equal    ${answer}    ERROR
    Inject Features    ${RECORDINGS}/yes_en-gb.wav
    Label Should Be    yes

Silence Lets The Core Sleep
    Boot The Board
    ${before} =    Instructions Since Reset
    Run For    100ms
    ${after} =    Instructions Since Reset
    Should Be True    ${after} - ${before} < 10000

A Crash Is Seen Where It Happens
    Put Firmware On The Board
    Break Function    ${INVOKE}
    Start Firmware
    Run Keyword And Expect Error    *fault*    Inject Features    ${RECORDINGS}/yes_en-gb.wav
    Fault Should Be    UsageFault
    Fault Should Be    UNDEFINSTR    function=${INVOKE}
    Run Keyword And Expect Error    *UNDEFINSTR*    Firmware Should Not Fault
