*** Settings ***
Documentation     Does the firmware hear what was said, to the byte as the host computes it?
Resource          workbench.resource
Suite Setup       Boot The Board

*** Test Cases ***
Words Are Heard
    [Template]    Recording Should Be Heard As
    yes_en-gb.wav             yes
    yes_en-gb-scotland.wav    yes
    no_en-gb.wav              no
    no_en-us+f3.wav           no

Other Words Are Unknown
    [Template]    Recording Should Be Heard As
    seven_en-us+f3.wav        unknown
    stop_en-gb.wav            unknown

Scores Are Those Of The Host
    Inject Features    ${RECORDINGS}/yes_en-gb.wav    ${RECORDINGS}/stop_en-gb.wav
    Scores Should Match Host

Answers Do Not Depend On What Was Heard Before
    Inject Features    ${RECORDINGS}/yes_en-us+f3.wav
    Take Snapshot    after yes
    Inject Features    ${RECORDINGS}/no_en-gb.wav
    Label Should Be    no
    Restore Snapshot    after yes
    Label Should Be    yes
    Inject Features    ${RECORDINGS}/no_en-gb.wav
    Label Should Be    no

*** Keywords ***
Recording Should Be Heard As
    [Arguments]    ${file}    ${label}
    Inject Features    ${RECORDINGS}/${file}
    Label Should Be    ${label}
