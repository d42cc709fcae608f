"""What pyproject.toml cannot say: folders outside the package, and the optional C parts."""

import os
import runpy
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

# These lie at the top of the checkout and inside the package in a wheel, so that an installed
# `workbench` can build and boot without a checkout; see workbench/support/resources.py.
DATA = [name for name in ("firmware", "platforms", "robot") if Path(name).is_dir()]

DIGESTS = runpy.run_path("workbench/support/source_digest.py")

EXTENSIONS = {
    "workbench.engines._code_cache": ("code_cache_module.c", "code_cache.c"),
    "workbench.engines.embedded.tracing._tracer": (
        "tracer_module.c",
        "tracer.c",
        "blocks.c",
        "thumb.c",
        "../../../csrc/code_cache.c",
    ),
    "workbench.engines.embedded.tracing._reads": ("reads_module.c",),
}


def extension(name: str, files: tuple[str, ...]) -> Extension:
    """Return the C part `name`, whose sources are in the folder csrc beside it."""
    folder = Path(*name.split(".")[:-1], "csrc")
    return Extension(
        name,
        sources=[os.path.normpath(folder / file) for file in files],
        depends=[str(header) for header in Path("workbench").rglob("csrc/*.h")],
        define_macros=[("SOURCE_DIGEST", f'"{DIGESTS["source_digest"](name)}"')],
        py_limited_api=True,
        optional=True,  # without a C compiler the pure-Python twins do the same
    )


RUNTIME_FLAGS = "-std=c++17 -fno-exceptions -fno-rtti -fvisibility=hidden -fwrapv -O0 -g0"


def runtime() -> Extension:
    """Return the firmware's runtime with its portable kernels, for `model inspect`."""
    folder = Path("firmware", "runtime")
    sources = [Path("workbench", "model", "csrc", "runtime_module.cc")]
    for part in ("core", "kernels", "kernels/reference", "kernels/signal"):
        sources += sorted((folder / part).glob("*.cc"))
    return Extension(
        "workbench.model._runtime",
        sources=[str(path) for path in sources],
        depends=[str(path) for kind in ("*.h", "*.inc") for path in folder.rglob(kind)],
        include_dirs=[str(folder), str(folder / "include")],
        # Nothing is computed, so it need not be fast; all are compiled on every change.
        extra_compile_args=RUNTIME_FLAGS.split(),
        language="c++",
        py_limited_api=True,
        optional=True,  # without a C++ compiler `model inspect` does not ask the kernels
    )


class BuildChanged(build_ext):
    """Compiles what has changed since the last time, where the tree of objects is still there."""

    def build_extension(self, ext: Extension) -> None:
        compile_one = self.compiler._compile

        def compile_changed(object_: str, source: str, *rest: object) -> None:
            made = Path(object_)
            # The digest of all sources of a part is in its module.
            all_of_it = DIGESTS["c_sources"](ext.name) if source.endswith("_module.c") else ()
            inputs = (source, *ext.depends, *all_of_it, "setup.py")
            newest = max(Path(path).stat().st_mtime for path in inputs)
            if not made.exists() or made.stat().st_mtime <= newest:
                compile_one(object_, source, *rest)

        self.compiler._compile = compile_changed
        super().build_extension(ext)


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
    ext_modules=[*(extension(name, files) for name, files in EXTENSIONS.items()), runtime()],
    cmdclass={"build_ext": BuildChanged},
    options={"bdist_wheel": {"py_limited_api": "cp310"}},
)
