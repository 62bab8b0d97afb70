"""A small CLI agent for tests: reads its task, asks an OpenAI-compatible model, carries out its calls.

Usage: agent_program.py [--stream] [--file PATH]; without a file the task comes on standard input.
"""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

TOOLS = [{"type": "function", "function": {"name": name}} for name in ("write_file", "run_command")]


def ask(messages: list[dict], stream: bool) -> dict:
    body = {"model": "whatever", "messages": messages, "tools": TOOLS, "stream": stream}
    request = urllib.request.Request(
        os.environ["OPENAI_BASE_URL"] + "/chat/completions",
        json.dumps(body).encode(),
        {
            "Authorization": "Bearer " + os.environ["OPENAI_API_KEY"],
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request) as answer:
        if not stream:
            return json.load(answer)["choices"][0]["message"]
        return gathered(answer)


def gathered(lines) -> dict:
    message = {"role": "assistant", "content": "", "tool_calls": []}
    for line in lines:
        data = line.decode().removeprefix("data: ").strip()
        if not data or data == "[DONE]":
            continue
        for choice in json.loads(data)["choices"]:
            delta = choice["delta"]
            message["content"] += delta.get("content") or ""
            for call in delta.get("tool_calls", ()):
                if "id" in call:
                    message["tool_calls"].append(call)
                else:
                    arguments = call["function"]["arguments"]
                    message["tool_calls"][call["index"]]["function"]["arguments"] += arguments
    return message


def carry_out(name: str, arguments: dict) -> str:
    if name == "write_file":
        Path(arguments["path"]).write_text(arguments["content"])
        return "written"
    ran = subprocess.run(["bash", "-c", arguments["command"]], capture_output=True, text=True)
    return ran.stdout + ran.stderr


def main() -> None:
    words = sys.argv[1:]
    task = Path(words[words.index("--file") + 1]).read_text() if "--file" in words else sys.stdin.read()
    messages = [{"role": "user", "content": task}]
    while True:
        message = ask(messages, "--stream" in words)
        messages.append(message)
        if not message.get("tool_calls"):
            sys.stdout.write(message["content"] + "\n")
            return
        for call in message["tool_calls"]:
            function = call["function"]
            result = carry_out(function["name"], json.loads(function["arguments"]))
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})


if __name__ == "__main__":
    main()
