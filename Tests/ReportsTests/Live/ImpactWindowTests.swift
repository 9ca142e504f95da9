import Reports
import Testing

@Suite struct ImpactWindowTests {
    private func window(_ length: Int64, ended: Int64? = nil) -> ImpactWindow {
        ImpactWindow(isOpen: ended == nil, length: length, ended: ended)
    }

    @Test func aWindowThatWasOverBeforeTheFaultIsOfAnother() {
        #expect(ImpactWindow.current([window(9_000), window(500, ended: 80_000)]) == [true, false])
        #expect(ImpactWindow.current([window(9_000), window(500, ended: 8_000)]) == [true, true])
        #expect(ImpactWindow.current([window(9_000), window(20_000)]) == [true, true])
    }

    @Test func withoutOneThatGoesOnItIsTheLast() {
        // The last ended a second ago and began six seconds ago.
        let windows = [window(5_000, ended: 1_000), window(2_000, ended: 5_500), window(2_000, ended: 7_000)]
        #expect(ImpactWindow.current(windows) == [true, true, false])
        #expect(ImpactWindow.current([]) == [])
    }

    /// A router that saw nothing of a cut sees a false death once it is healed.
    @Test func theAftermathOfAFaultThatAnotherRouterSawIsNoneOfItsOwn() {
        let cut = window(12_000, ended: 3_000)
        #expect(ImpactWindow.current([cut, window(1_000, ended: 500)]) == [true, false])
        #expect(ImpactWindow.current([cut, window(2_500)]) == [true, false])
        // What lasts, and what comes later, is.
        #expect(ImpactWindow.current([window(12_000, ended: 9_000), window(5_000)]) == [false, true])
        #expect(ImpactWindow.current([window(12_000, ended: 30_000), window(1_000, ended: 500)]) == [false, true])
        // A short one that began before it was over is of it.
        #expect(ImpactWindow.current([cut, window(1_000, ended: 2_500)]) == [true, true])
    }

    @Test func whoDoesNotSayWhenCounts() {
        let unknown = ImpactWindow(isOpen: false, length: 5)
        #expect(ImpactWindow.current([unknown, unknown]) == [true, true])
        #expect(ImpactWindow.current([unknown, window(3)]) == [true, true])
    }
}
