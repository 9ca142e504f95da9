import Testing

@testable import Drills

@Suite struct MeasureRangeTests {
    @Test(arguments: ["success<=100%", "success>=0%", "p99>=0ms", "rate>=0", "cells_down>=0", "failed>=0"])
    func holdsAlways(text: String) throws {
        let bound = try MeasureBound(text: text)
        #expect(bound.holdsAlways && !bound.holdsNever)
    }

    @Test(arguments: ["success>100%", "success<0%", "lost_writes<0", "customers_lost<0", "p99<0ms"])
    func holdsNever(text: String) throws {
        let bound = try MeasureBound(text: text)
        #expect(bound.holdsNever && !bound.holdsAlways)
    }

    @Test(arguments: ["success>=100%", "success<90%", "lost_writes==0", "p99<1.5x baseline", "wave_growth<0", "rate>0"])
    func mayHold(text: String) throws {
        let bound = try MeasureBound(text: text)
        #expect(!bound.holdsNever && !bound.holdsAlways)
    }

    @Test func aLayerThatIsNoneIsRefused() {
        let error = #expect(throws: MeasureBound.Invalid.self) {
            try MeasureBound(text: "amplification{layer:routr}<2")
        }
        #expect(error?.hint == "did you mean 'router'?")
    }
}
