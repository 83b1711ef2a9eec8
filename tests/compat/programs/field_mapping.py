"""A model that the library does not list, by mappers of one's own."""

from tarash.tarash_gateway import (
    VideoGenerationConfig,
    VideoGenerationRequest,
    generate_video,
    get_provider_field_mapping,
    register_provider_field_mapping,
)
from tarash.tarash_gateway.image_format import ImageInputFormat
from tarash.tarash_gateway.providers.field_mappers import (
    FieldMapper,
    duration_field_mapper,
    extra_params_field_mapper,
    get_field_mappers_from_registry,
    image_list_field_mapper,
    passthrough_field_mapper,
)

MODEL = "fox-labs/fox-1"
PICTURE = {"content": b"\x89PNG\r\n\x1a\n", "content_type": "image/png"}

mappers = {
    "prompt": FieldMapper(source_field="prompt", converter=lambda request, text: text.upper(), required=True),
    "length": duration_field_mapper("int", [4, 8], provider="replicate", model=MODEL),
    "look": extra_params_field_mapper("look"),
    "seed": passthrough_field_mapper("seed"),
    "pictures": image_list_field_mapper("reference", accepted_formats=[ImageInputFormat.URL, ImageInputFormat.BASE64]),
}
register_provider_field_mapping("replicate", {MODEL: mappers})

config = VideoGenerationConfig(provider="replicate", model=MODEL, api_key="r8_secret")
request = VideoGenerationRequest(
    prompt="a red fox",
    duration_seconds=4,
    seed=7,
    image_list=[
        {"image": "https://pictures.example/fox.png", "type": "reference"},
        {"image": PICTURE, "type": "reference"},
    ],
    extra_params={"look": "ink"},
)
response = generate_video(config, request)

registry = get_provider_field_mapping("replicate")
print(registry[MODEL] is not None, get_field_mappers_from_registry(f"{MODEL}/fast", registry, {}) == mappers)
