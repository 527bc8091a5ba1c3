"""Functions as tools: what a model is told of them, and the run in which it calls them."""

from .function_tool import FunctionTool, custom_tool, function_tool
from .run import AsyncToolRun, ToolRun

__all__ = ["AsyncToolRun", "FunctionTool", "ToolRun", "custom_tool", "function_tool"]
