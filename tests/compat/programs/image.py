"""One picture, and an edit of another."""

from tarash.tarash_gateway import ImageGenerationConfig, ImageGenerationRequest, generate_image

PICTURE = "https://pictures.example/fox.png"

drawn = generate_image(
    ImageGenerationConfig(provider="fal", model="fal-ai/flux/dev", api_key="fal-id:fal-secret"),
    ImageGenerationRequest(prompt="A fox, in ink", n=2),
)
edited = generate_image(
    ImageGenerationConfig(provider="fal", model="fal-ai/flux-pro/kontext", api_key="fal-id:fal-secret"),
    ImageGenerationRequest(prompt="Make it night", image_list=[{"image": PICTURE, "type": "reference"}]),
)
print(len(drawn.images), drawn.status)
print(edited.images[0])
