"""What pyproject.toml cannot say: folders outside the package, and the optional C tracer."""

from pathlib import Path

from setuptools import Extension, find_packages, setup

# These lie at the top of the checkout and inside the package in a wheel, so that an installed
# `workbench` can build and boot without a checkout; see workbench/resources.py.
DATA = [name for name in ("firmware", "platforms", "robot") if Path(name).is_dir()]

setup(
    packages=[
        *find_packages(include=["workbench", "workbench.*"]),
        *(f"workbench._data.{folder}" for folder in DATA),
    ],
    package_dir={f"workbench._data.{folder}": folder for folder in DATA},
    package_data={
        "workbench": ["py.typed"],
        "workbench.report": ["templates/*"],
        **{f"workbench._data.{folder}": ["**/*", "**/.*"] for folder in DATA},
    },
    ext_modules=[
        Extension(
            f"workbench.engines.embedded.{name}",
            sources=[f"workbench/engines/embedded/{name}.c"],
            py_limited_api=True,
            optional=True,  # without a C compiler the pure-Python twin counts
        )
        for name in ("_tracer", "_reads")
    ],
    options={"bdist_wheel": {"py_limited_api": "cp310"}},
)
