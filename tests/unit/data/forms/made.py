"""Rows of every form that say the same."""

USER, SYSTEM = {"role": "user", "content": "Hi"}, {"role": "system", "content": "Be kind"}
ASSISTANT = {"role": "assistant", "content": "Hello"}
TURNS = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]
GOOD = {
    "alpaca": {"instruction": "Hi", "input": "", "output": "Hello"},
    "alpaca without input": {"instruction": "Hi", "output": "Hello"},
    "alpaca as in GPTeacher": {"instruction": "Hi", "input": None, "response": "Hello"},
    "dolly": {"instruction": "Hi", "context": "", "response": "Hello", "category": None},
    "self_instruct": {"instruction": "Hi", "instances": [{"input": "", "output": "Hello"}]},
    "sharegpt": {"conversations": TURNS},
    "messages": {"messages": [USER, ASSISTANT]},
    "messages under conversations": {"conversations": [USER, ASSISTANT]},
    "messages under conversation": {"conversation": [USER, ASSISTANT]},
}
