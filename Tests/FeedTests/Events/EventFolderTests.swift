import MeshBase
import Reports
import Testing

@testable import Feed

@Suite struct EventFolderTests {
    private func record(_ id: String, _ action: String = "dead", incarnation: Int64 = 1) -> EventRecord {
        EventRecord(
            time: "2026-03-01T12:00:00Z", type: "member", action: action, id: id,
            attributes: ["incarnation": .integer(incarnation)])
    }
    private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

    @Test func whatManySawIsOneEvent() throws {
        var folder = EventFolder()
        for observer in 1...20 { folder.take(record("c1"), by: "o\(observer)", now: at(Int64(observer) * 10)) }
        folder.take(record("c1"), by: "o3", now: at(300))
        folder.take(record("c1", "alive"), by: "o1", now: at(400))
        folder.take(record("c1", incarnation: 2), by: "o1", now: at(500))
        let news = folder.drain(now: at(1_000))
        let told = try #require(news)
        #expect(told.events.map(\.n) == [1, 2, 3] && told.missed == 0)
        #expect(told.events[0].seen == 20 && told.events[0].observers == ["o1", "o2", "o3", "o4"])
        #expect(folder.drain(now: at(2_000)) == nil)
    }

    @Test func furtherObserversAreToldUnderItsNumber() throws {
        var folder = EventFolder()
        folder.take(record("c1"), by: "a", now: at(0))
        _ = folder.drain(now: at(500))
        folder.take(record("c1"), by: "b", now: at(900))
        let news = folder.drain(now: at(1_000))
        let again = try #require(news)
        #expect(again.events.map(\.n) == [1] && again.events[0].seen == 2)
        // After its window it is another.
        folder.take(record("c1"), by: "c", now: at(10_000))
        #expect(folder.drain(now: at(10_001))?.events.map(\.n) == [2])
    }

    @Test func whoSaidItFirstByItsTimeStandsFirstHoweverLateItIsHeard() throws {
        var folder = EventFolder()
        func told(_ time: String, by observer: String) -> EventRecord {
            EventRecord(
                time: "2026-03-01T12:00:\(time)Z", type: "member", action: "dead", id: "c1",
                attributes: ["incarnation": .integer(1), "observer": .text(observer)])
        }
        folder.take(told("00.5", by: "a"), by: "a", now: at(0))
        _ = folder.drain(now: at(100))
        for (time, observer) in [("00.75", "b"), ("00.25", "c"), ("00", "d"), ("01", "e")] {
            folder.take(told(time, by: observer), by: observer, now: at(200))
        }
        let news = folder.drain(now: at(1_000))
        let event = try #require(news?.events.first)
        #expect(event.n == 1 && event.seen == 5 && event.observers == ["d", "c", "a", "b"])
        #expect(event.event.time == "2026-03-01T12:00:00Z" && event.event.attributes["observer"]?.text == "d")
    }

    @Test func aMessageHasItsBound() throws {
        var folder = EventFolder()
        for number in 0..<250 { folder.take(record("c\(number)"), by: "a", now: at(0)) }
        let news = folder.drain(now: at(1))
        let told = try #require(news)
        #expect(told.events.count == 100 && told.missed == 150)
        #expect(folder.drain(now: at(2)) == nil)
        for round in 0..<20 {
            for number in 0..<100 { folder.take(record("x\(round)-\(number)"), by: "a", now: at(10 + Int64(round))) }
            #expect(folder.drain(now: at(10 + Int64(round)))?.events.count == 100)
        }
        folder.take(record("x19-99"), by: "b", now: at(40))
        #expect(folder.drain(now: at(41))?.events.first?.seen == 2)
    }
}
