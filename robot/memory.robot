*** Settings ***
Documentation     Does it fit?
Resource          workbench.resource
Suite Setup       Hear A Word

*** Variables ***
# Budgets for the committed keyword spotter, in bytes, by kernel set: what the same firmware
# takes with TensorFlow Lite Micro.
&{FLASH}          cmsis_nn=77,964    dsp=77,964    reference=63,644
&{ARENA}          cmsis_nn=2,196     dsp=2,196     reference=1,988

*** Test Cases ***
Arena Is Within Its Budget
    Arena Should Be At Most    ${ARENA}[${KERNELS}]

Stack Is Within Its Budget
    Stack Should Be At Most    2,048

Flash Is Within Its Budget
    Flash Should Be At Most    ${FLASH}[${KERNELS}]

RAM Is Within Its Budget
    RAM Should Be At Most    20,480

*** Keywords ***
Hear A Word
    Boot The Board
    Inject Features    ${RECORDINGS}/yes_en-gb.wav
