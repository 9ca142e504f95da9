import Reports
import Testing
import UVDriver

@testable import ControlPlane

@Suite("What a drill says of itself while it runs")
struct RunningDrillTests {
    private func write(_ drill: RunningDrill, _ directory: DataDirectory) throws {
        try SystemFile.replace(directory.drillRunPath, with: ReportJSON.encode(drill), isDurable: false)
    }

    @Test("It counts while its process holds the lock of drills, and no longer")
    func counts() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        #expect(directory.runningDrill == nil)
        let drill = RunningDrill("kill-cell", step: "baseline", since: 5)
        try write(drill, directory)
        // Left by one that was killed.
        #expect(directory.runningDrill == nil)
        let lock = try FileLock(path: directory.drillLockPath)
        #expect(directory.runningDrill == drill)
        #expect(directory.runningDrill?.feed == FeedDrill(name: "kill-cell", step: "baseline", since: 5))
        // Whoever holds the lock now is another process than that which wrote, or a later one of its number.
        let own = ProcessIdentity.current
        try write(RunningDrill("x", step: "x", since: 5, process: .init(pid: 1, startTime: own.startTime)), directory)
        #expect(directory.runningDrill == nil)
        try write(RunningDrill("x", step: "x", since: 5, process: .init(pid: own.pid, startTime: 1)), directory)
        #expect(directory.runningDrill == nil && directory.endDrill() == nil)
        try SystemFile.replace(directory.drillRunPath, with: Array("{".utf8))
        #expect(directory.runningDrill == nil)
        lock.release()
    }
}
