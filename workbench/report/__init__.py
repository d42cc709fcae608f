"""Every rendering of the workbench's values: text, HTML, Markdown, JUnit and profilers' formats."""
