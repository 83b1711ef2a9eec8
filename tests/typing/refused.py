"""Read by mypy and basedpyright, never run: mistakes that both must find; an ignore that is not needed is an error."""

from tarash_core import (
    AsyncGateway,
    Gateway,
    ImageGenerationRequest,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationUpdate,
    VideoJob,
    generate_image,
    generate_video,
    generate_video_async,
    plan_video,
    submit_video,
    wait_job,
)

TARGET = "fal/fal-ai/veo3.1"
config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1")
request = VideoGenerationRequest(prompt="A fox")
pictures = ImageGenerationRequest(prompt="A fox")


def two_arguments(update: VideoGenerationUpdate, more: int) -> None:
    print(update, more)


def of_a_text(update: str) -> None:
    print(update)


generate_video(TARGET, promt="A fox")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
generate_video(TARGET, prompt="A fox", duration=8)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
generate_video(TARGET)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
generate_video(TARGET, duration_seconds=8)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
generate_video(TARGET, prompt=8)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
generate_video(TARGET, prompt="A fox", duration_seconds="8")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
generate_video(TARGET, prompt="A fox", timeout=900)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
generate_video(TARGET, prompt="A fox", api_key="k")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
generate_video(TARGET, prompt="A fox", on_progress=two_arguments)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
generate_video(TARGET, prompt="A fox", on_progress=of_a_text)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
generate_video(TARGET, request, prompt="A fox")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
generate_video(TARGET, pictures)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
generate_video(8, prompt="A fox")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
print(generate_video(TARGET, prompt="A fox").image)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
generate_image(TARGET, prompt="A fox", duration_seconds=8)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
plan_video(TARGET, prompt="A fox", on_progress=print)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
submit_video(TARGET, promt="A fox")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
wait_job("job-1")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
VideoGenerationRequest(duration_seconds=8)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
VideoGenerationRequest(prompt="A fox", duratoin_seconds=8)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
VideoGenerationConfig(provider="fal")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
VideoGenerationConfig(provider="fal", model="m", modle="m")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
request.prompt = "A wolf"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
Gateway().generate_video(TARGET, promt="A fox")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
Gateway().generate_video(TARGET)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


async def main(job: VideoJob) -> None:
    print(generate_video_async(TARGET, prompt="A fox").video)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    print((await generate_video_async(TARGET, prompt="A fox")).vidoe)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    print(AsyncGateway().generate_video(TARGET, prompt="A fox").video)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    await AsyncGateway().wait_job("job-1")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    for update in AsyncGateway().watch_job(job):  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        print(update)
