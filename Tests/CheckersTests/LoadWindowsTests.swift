import MeshBase
import Testing
import Topology

@testable import Checkers

@Suite struct LoadWindowsTests {
    private func at(_ seconds: Int64) -> Instant { .zero + .seconds(seconds) }
    private func note(
        _ ending: LoadWindows.Ending, _ tier: StoreSettings.Tier?, at seconds: Int64, class: Int = 0,
        isStale: Bool = false
    ) -> LoadWindows.Note {
        LoadWindows.Note(
            ending: ending, tier: tier, customerClass: `class`, intended: at(seconds), isStale: isStale)
    }

    @Test func aRequestIsOfThePartInWhichItWasMeantAndAnswered() {
        var windows = LoadWindows()
        windows.note(note(.ok, .critical, at: 0))
        #expect(windows.windows.isEmpty)
        _ = windows.begin(at: at(1))
        windows.note(note(.ok, .critical, at: 1))
        windows.note(note(.refused, .important, at: 2))
        windows.note(note(.failed, nil, at: 2))
        _ = windows.begin(at: at(10))
        // Meant for the cut, answered after it: it may have been answered by the healed mesh.
        windows.note(note(.ok, .critical, at: 9))
        windows.note(note(.ok, .critical, at: 10, isStale: true))
        #expect(windows.windows[0].all.requests == 3 && windows.windows[0].all.ok == 1)
        #expect(windows.windows[0].counts(.important).refused == 1)
        #expect(windows.windows[0].counts(.cache) == LoadWindows.Counts())
        #expect(windows.windows[1].all.requests == 1 && windows.windows[1].straddled == 1)
        #expect(windows.windows[1].counts(.critical).stale == 1)
    }

    @Test func customersAreToldApart() {
        var windows = LoadWindows()
        _ = windows.begin(at: at(0))
        windows.note(note(.ok, .critical, at: 0, class: 0))
        windows.note(note(.refused, .critical, at: 0, class: 1))
        windows.note(note(.refused, .critical, at: 0, class: 7))
        let window = windows.windows[0]
        #expect(window.counts(.critical, classes: 0..<1).ok == 1)
        #expect(window.counts(.critical, classes: 0..<1).requests == 1)
        #expect(window.counts(.critical, classes: 1..<2).refused == 1)
        // Beyond the last class is of the last.
        #expect(window.counts(.critical, classes: 2..<9).refused == 1)
        #expect(window.counts(.critical, classes: 1..<3).requests == 2)
        #expect(window.counts(.critical).requests == 3)
    }

    @Test func partsAreBounded() {
        var windows = LoadWindows()
        for number in 0..<100 { _ = windows.begin(at: at(Int64(number))) }
        #expect(windows.windows.count == LoadWindows.limit)
    }
}

@Suite struct VersionFloorsTests {
    private let record = RecordID(1)
    private func at(_ seconds: Int64) -> Instant { .zero + .seconds(seconds) }
    private func version(_ counter: UInt64) -> VersionWitness { VersionWitness(counter: counter, writer: 1) }

    @Test func aReadIsStaleThatGivesLessThanWasAcknowledgedBeforeItBegan() {
        let floors = VersionFloors()
        #expect(!floors.isStale(record, .none, began: at(0)))
        floors.acknowledged(record, version(5), at: at(1))
        #expect(floors.isStale(record, .none, began: at(1)) && floors.isStale(record, version(4), began: at(2)))
        #expect(!floors.isStale(record, version(5), began: at(2)) && !floors.isStale(record, version(6), began: at(2)))
        // It began before: it may give either.
        #expect(!floors.isStale(record, .none, began: at(0)))
    }

    @Test func aReadThatBeganBeforeTheNewestIsHeldAgainstTheFormer() {
        let floors = VersionFloors()
        floors.acknowledged(record, version(5), at: at(1))
        floors.acknowledged(record, version(7), at: at(4))
        #expect(floors.isStale(record, version(4), began: at(2)))
        #expect(!floors.isStale(record, version(5), began: at(2)))
        #expect(floors.isStale(record, version(5), began: at(4)))
        // Older ones that are acknowledged later raise nothing.
        floors.acknowledged(record, version(6), at: at(5))
        floors.acknowledged(record, .none, at: at(6))
        #expect(!floors.isStale(record, version(7), began: at(7)))
    }
}
