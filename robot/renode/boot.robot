*** Settings ***
Documentation     For people who use Renode's own runner and keywords; needs nothing of the workbench:
...
...               renode-test robot/renode/boot.robot --variable ELF:build/firmware.elf
...               renode-test robot/renode/boot.robot --variable ELF:build/firmware.elf
...               --variable BOARD:nrf52840_dk --variable UART:sysbus.uart0

*** Variables ***
${ELF}            firmware.elf
${BOARD}          stm32f4_discovery
${UART}           sysbus.usart2
${SCRIPT}         ${CURDIR}/../../platforms/${BOARD}/${BOARD}.resc

*** Test Cases ***
Console Says What The Firmware Is
    Boot The Board
    Wait For Line On Uart    ${BOARD}
    Wait For Line On Uart    bytes of arena used
    Wait For Line On Uart    ready

Boot Takes The Same Instructions Each Time
    ${first} =    Instructions Until Ready
    Reset Emulation
    ${second} =    Instructions Until Ready
    Should Be Equal    ${first}    ${second}

Firmware Sleeps When It Has Nothing To Do
    Boot The Board
    Wait For Line On Uart    ready
    ${before} =    Instructions After    0.01
    ${after} =    Instructions After    0.1
    Should Be True    ${after} - ${before} < 10000

*** Keywords ***
Boot The Board
    Execute Command    $elf=@${ELF}
    Execute Script    ${SCRIPT}
    Create Terminal Tester    ${UART}    timeout=5    defaultPauseEmulation=True

Instructions Until Ready
    Boot The Board
    Wait For Line On Uart    ready
    ${count} =    Instructions After    0.01
    RETURN    ${count}

Instructions After
    [Arguments]    ${seconds}
    Execute Command    emulation RunFor "${seconds}"
    ${text} =    Execute Command    cpu ExecutedInstructions
    ${count} =    Evaluate    int($text.strip(), 16)
    RETURN    ${count}
