extension SWIMTranscriptTests {
    /// Milliseconds, then what was sent to whom with which news, or who saw what.
    static let golden = """
        0 bob -> ann sync-request [alive bob 1]
        0 ann sees bob alive 1 by bob
        0 ann -> bob sync-list [alive ann 1]
        0 bob sees ann alive 1 by ann
        20 cleo -> ann sync-request [alive cleo 1]
        20 ann sees cleo alive 1 by cleo
        20 ann -> cleo sync-list [alive ann 1, alive bob 1]
        20 cleo sees ann alive 1 by ann
        20 cleo sees bob alive 1 by bob
        31 cleo -> ann ping ann
        32 ann -> cleo ack [alive bob 1]
        52 ann -> cleo gossip [alive bob 1]
        52 ann -> bob gossip [alive cleo 1]
        52 bob sees cleo alive 1 by cleo
        54 bob -> ann gossip [alive cleo 1]
        73 ann -> bob ping bob [alive cleo 1]
        73 bob -> ann ack [alive cleo 1]
        100 bob -> cleo sync-request [alive bob 1]
        100 cleo -> bob sync-equal
        120 cleo -> ann sync-request [alive cleo 1]
        120 ann -> cleo sync-equal
        167 bob -> ann ping ann
        167 ann -> bob ack
        231 cleo -> bob ping bob
        232 bob -> cleo ack
        273 ann -> cleo ping cleo
        274 cleo -> ann ack
        283 cleo -> bob sync-request [alive cleo 1]
        284 bob -> cleo sync-equal
        -- cleo dies
        350 bob -> ann sync-request [alive bob 1]
        350 ann -> bob sync-equal
        367 bob -> cleo ping cleo
        427 bob -> ann ping-request cleo
        427 ann -> cleo ping cleo
        473 ann -> bob ping bob
        473 bob -> ann ack
        475 ann -> bob nack
        567 bob sees cleo suspect 1 by bob
        567 bob -> cleo ping cleo [suspect cleo 1]
        569 bob -> cleo gossip [suspect cleo 1]
        569 bob -> ann gossip [suspect cleo 1]
        569 ann sees cleo suspect 1 by bob
        571 ann -> bob gossip [suspect cleo 1]
        571 ann -> cleo gossip [suspect cleo 1]
        619 bob -> cleo gossip [suspect cleo 1]
        621 ann -> bob gossip [suspect cleo 1]
        621 ann -> cleo gossip [suspect cleo 1]
        627 bob -> ann ping-request cleo
        627 ann -> cleo ping cleo [suspect cleo 1]
        673 ann -> cleo ping cleo [suspect cleo 1]
        675 ann -> bob nack
        733 ann -> bob ping-request cleo
        734 bob -> cleo ping cleo [suspect cleo 1]
        767 bob -> ann ping ann [suspect cleo 1]
        767 ann -> bob ack
        782 bob -> ann nack
        860 bob -> ann sync-request [alive bob 1]
        860 ann -> bob sync-equal
        873 ann -> cleo ping cleo [suspect cleo 1]
        875 ann -> bob gossip [suspect cleo 1]
        875 ann -> cleo gossip [suspect cleo 1]
        878 bob -> ann gossip [suspect cleo 1]
        878 bob -> cleo gossip [suspect cleo 1]
        925 ann -> bob gossip [suspect cleo 1]
        928 bob -> cleo gossip [suspect cleo 1]
        928 bob -> ann gossip [suspect cleo 1]
        933 ann -> bob ping-request cleo
        934 bob -> cleo ping cleo [suspect cleo 1]
        967 bob -> cleo ping cleo [suspect cleo 1]
        982 bob -> ann nack
        1027 bob -> ann ping-request cleo
        1027 ann -> cleo ping cleo [suspect cleo 1]
        1073 ann -> bob ping bob [suspect cleo 1]
        1073 bob -> ann ack
        1075 ann -> bob nack
        1167 bob sees cleo dead 1 by bob
        1167 bob -> ann ping ann [dead cleo 1]
        1167 ann sees cleo dead 1 by bob
        1167 ann -> bob ack [dead cleo 1]
        1169 bob -> ann gossip [dead cleo 1]
        1169 ann -> bob gossip [dead cleo 1]
        1219 bob -> ann gossip [dead cleo 1]
        1219 bob -> cleo gossip [dead cleo 1]
        1219 ann -> bob gossip [dead cleo 1]
        1269 ann -> bob gossip [dead cleo 1]
        1273 ann -> bob ping bob
        1274 bob -> ann ack
        1367 bob -> ann ping ann
        1367 ann -> bob ack
        1414 bob -> ann sync-request [alive bob 1]
        1414 ann -> bob sync-equal
        1473 ann -> bob ping bob
        1474 bob -> ann ack
        1567 bob -> ann ping ann
        1567 ann -> bob ack
        1673 ann -> bob ping bob
        1674 bob -> ann ack
        1767 bob -> ann ping ann
        1767 ann -> bob ack
        """
}
