extension SWIMTranscriptTests {
    /// Read as the first: cleo hears of the accusation from those it answers, and is alive in a higher incarnation.
    static let goldenRefutation = """
        -- cleo stands still
        3073 ann -> bob ping bob
        3074 bob -> ann ack
        3166 bob -> cleo ping cleo
        3226 bob -> ann ping-request cleo
        3227 ann -> cleo ping cleo
        3273 ann -> bob ping bob
        3274 bob -> ann ack
        3275 ann -> bob nack
        3366 bob sees cleo suspect 1 by bob
        3366 bob -> cleo ping cleo [suspect cleo 1]
        3368 bob -> ann gossip [suspect cleo 1]
        3368 bob -> cleo gossip [suspect cleo 1]
        3369 ann sees cleo suspect 1 by bob
        -- cleo goes on
        3370 cleo -> ann ping ann
        3370 cleo -> bob ack
        3370 cleo -> ann ack
        3370 cleo -> bob ack [alive cleo 2, alive cleo 2]
        3370 ann -> bob ack [suspect cleo 1]
        3370 ann -> cleo ack [suspect cleo 1]
        3370 bob sees cleo alive 2 by cleo
        3371 ann -> cleo gossip [suspect cleo 1]
        3371 ann -> bob gossip [suspect cleo 1]
        3372 cleo -> ann gossip [alive cleo 2]
        3372 cleo -> bob gossip [alive cleo 2]
        3372 ann sees cleo alive 2 by cleo
        3418 bob -> ann gossip [alive cleo 2]
        3421 ann -> bob gossip [alive cleo 2]
        3422 cleo -> bob gossip [alive cleo 2]
        3468 bob -> ann gossip [alive cleo 2]
        3470 cleo -> bob sync-request [alive cleo 2]
        3470 bob -> cleo sync-equal
        3471 ann -> bob gossip [alive cleo 2]
        3473 ann -> cleo ping cleo
        3474 cleo -> ann ack
        -- cleo says goodbye
        3520 cleo -> ann gossip [left cleo 2]
        3520 cleo -> bob gossip [left cleo 2]
        3520 bob sees cleo left 2 by cleo
        3520 ann sees cleo left 2 by cleo
        3522 cleo -> bob gossip [left cleo 2]
        3522 cleo -> ann gossip [left cleo 2]
        3522 bob -> ann gossip [left cleo 2]
        3522 ann -> bob gossip [left cleo 2]
        3566 bob -> ann ping ann [left cleo 2]
        3567 ann -> bob ack [left cleo 2]
        3572 cleo -> bob gossip [left cleo 2]
        3572 cleo -> ann gossip [left cleo 2]
        3572 bob -> ann gossip [left cleo 2]
        3572 ann -> bob gossip [left cleo 2]
        3603 bob -> ann sync-request [alive bob 1]
        3604 ann -> bob sync-equal
        3622 bob -> ann gossip [left cleo 2]
        3622 ann -> bob gossip [left cleo 2]
        3673 ann -> bob ping bob
        3674 bob -> ann ack
        """
}
