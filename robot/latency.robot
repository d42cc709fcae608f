*** Settings ***
Documentation     Is one inference within its budget?
Resource          workbench.resource
Suite Setup       Hear Two Words

*** Variables ***
# Budgets for the committed keyword spotter, by kernel set: what TensorFlow Lite Micro takes.
&{INSTRUCTIONS}    cmsis_nn=90,143    dsp=90,143    reference=446,016
&{LATENCY}         cmsis_nn=4 ms      dsp=4 ms      reference=18 ms

*** Test Cases ***
One Inference Is Within Its Instructions
    Instructions Should Be At Most    ${INSTRUCTIONS}[${KERNELS}]

One Inference Is Within Its Time
    Latency Should Be At Most    ${LATENCY}[${KERNELS}]    at=64 MHz
    Latency Should Be At Most    ${LATENCY}[${KERNELS}]    at=168 MHz

*** Keywords ***
Hear Two Words
    Boot The Board
    Inject Features    ${RECORDINGS}/yes_en-gb.wav    ${RECORDINGS}/no_en-gb.wav
