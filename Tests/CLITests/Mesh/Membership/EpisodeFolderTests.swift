import Reports
import Testing

@testable import cellmesh

@Suite struct EpisodeFolderTests {
    private func moment(
        _ time: String, _ event: String, _ actor: String, incarnation: Int = 1, _ observers: String...
    ) -> WhyReport.Moment {
        WhyReport.Moment(
            at: "2026-03-01T12:\(time)Z", event: event, actor: actor, incarnation: incarnation, observers: observers)
    }

    @Test func aDeathIsOneLineBehindItsCause() throws {
        let episodes = EpisodeFolder.episodes([
            moment("00:00.000", "joined", "c", "a", "b"), moment("04:17.311", "kill", "operator"),
            moment("04:17.315", "exited", "control"), moment("04:18.350", "probe-failed", "a", "a"),
            moment("04:18.350", "accused", "a", "a", "b"), moment("04:18.900", "probe-failed", "b", "b"),
            moment("04:18.900", "confirmed", "b", "a"), moment("04:19.560", "dead", "a", "a", "b", "d"),
            moment("04:30.000", "started", "control"), moment("04:31.000", "returned", "c", incarnation: 2, "a"),
        ])
        try #require(episodes.map(\.event) == ["joined", "kill", "exited", "dead", "started", "returned"])
        let death = episodes[3]
        #expect(death.at == "2026-03-01T12:04:18.350Z" && death.actor == "a" && death.observers == ["a", "b", "d"])
        #expect(death.what == "2 failed probes of a, b; accused by a; confirmed by b; dead after 1.2 s")
        #expect(death.duration == 1_210)
    }

    /// Each doubt that was answered is one of its own, and one that went quiet too.
    @Test func doubtsAreToldApart() throws {
        let episodes = EpisodeFolder.episodes([
            moment("00:01.000", "accused", "a", "a"), moment("00:01.500", "refuted", "c", incarnation: 2, "a"),
            moment("00:02.000", "accused", "b", incarnation: 2, "b"),
            moment("00:02.400", "refuted", "c", incarnation: 3, "b"),
            moment("00:10.000", "answered-late", "a", "a"), moment("00:11.000", "answered-late", "a", "a"),
            moment("01:00.000", "probe-failed", "b", "b"),
        ])
        try #require(episodes.map(\.event) == ["refuted", "refuted", "doubted", "doubted"])
        #expect(episodes[0].what == "accused by a; refuted after 500 ms in incarnation 2")
        #expect(episodes[2].what == "2 late answers to a" && episodes[3].what == "1 failed probe of b")
        #expect(EpisodeFolder.episodes([]).isEmpty)
    }
}
