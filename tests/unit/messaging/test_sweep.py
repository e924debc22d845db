"""What the sweeper finds of messages, one by one."""

from datetime import timedelta

from tests.support.post import Post


def test_one_message_in_trouble_does_not_keep_the_others_from_being_swept(monkeypatch):
    post = Post()
    post.plan_offers(post.offer(3))
    post.now += timedelta(minutes=30)
    asked = []

    def refuses_one(message):
        asked.append(message.id)
        if len(asked) == 1:
            raise RuntimeError("the queue is away")

    monkeypatch.setattr(type(post.dispatch), "on_its_way", lambda _, message: refuses_one(message))
    assert post.sweep() == 2
    assert len(asked) == 3
    assert [ref.key[0] for ref, _ in post.troubles] == asked[:1]
