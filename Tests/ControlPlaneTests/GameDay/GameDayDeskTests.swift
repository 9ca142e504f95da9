import Reports
import Store
import Testing
import UVDriver

@testable import ControlPlane

@Suite("The game day that is run each week")
struct GameDayDeskTests {
    @Test("What is scheduled is checked, kept and ended")
    func schedules() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        let loop = try EventLoop()
        let journal = try scratch.journal(directory)
        func desk() -> GameDayDesk {
            GameDayDesk(loop: loop, journal: journal, directory: directory, executable: "/bin/false")
        }
        let first = desk()
        for wrong in [
            GameDayOrder(file: "day.yaml", every: "wednesday"), GameDayOrder(file: "/day.yaml"),
            GameDayOrder(file: "/day.yaml", every: "someday"),
            GameDayOrder(file: "/day.yaml", every: "wed", at: "25:00"),
            GameDayOrder(file: "/a\nb", every: "wed"),
        ] {
            let failure = #expect(throws: APIFailure.self) { try first.schedule(wrong) }
            #expect(failure?.status == 400 && first.order == nil)
        }
        try first.schedule(GameDayOrder(file: "/day.yaml", every: "wednesday", one: true))
        #expect(first.order?.at == "10:00" && desk().order == first.order)
        try first.schedule(GameDayOrder(file: nil))
        #expect(first.order == nil && desk().order == nil)
        first.close()
        loop.close()
    }
}
