import Store
import Testing

@testable import ControlPlane

@Suite("The halt: kept, told, released")
struct HaltDeskTests {
    @Test("While it is in force nothing is let in, and the refusal says since when, why and what ends it")
    func refuses() throws {
        let scratch = try Scratch()
        let desk = HaltDesk(journal: try scratch.journal(try scratch.mesh()))
        try desk.check()
        #expect(desk.call("storm", now: 1_000_000_000) == (false, true))
        let failure = try #require(throws: APIFailure.self) { try desk.check() }
        #expect(failure.status == 409)
        #expect(failure.detail.contains("1970-01-01T00:00:01"))
        #expect(failure.detail.contains("storm") && failure.detail.contains("halt --release"))
        #expect(try desk.release(now: 2))
        try desk.check()
        #expect(try !desk.release(now: 3))
    }

    @Test("The next control plane is halted too, and not once it was released")
    func survives() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        do {
            let journal = try scratch.journal(directory)
            _ = HaltDesk(journal: journal).call("storm", now: 5_000_000)
            journal.close()
        }
        let journal = try scratch.journal(directory)
        let next = HaltDesk(journal: journal)
        #expect(next.since == 5_000_000 && next.halt?.reason == "storm")
        #expect(try next.release(now: 9))
        #expect(HaltDesk(journal: journal).halt == nil)
        #expect(try journal.events().filter { $0.type == "halt" }.map(\.action) == ["called", "released"])
    }

    @Test("A second call keeps the beginning, and takes a reason where one is given")
    func repeats() throws {
        let scratch = try Scratch()
        let desk = HaltDesk(journal: try scratch.journal(try scratch.mesh()))
        _ = desk.call("storm", now: 1)
        #expect(desk.call(nil, now: 2) == (true, true))
        #expect(desk.since == 1 && desk.halt?.reason == "storm")
        _ = desk.call("flood", now: 3)
        #expect(desk.since == 1 && desk.halt?.reason == "flood")
    }
}
