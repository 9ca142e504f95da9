import MeshBase
import Testing

@testable import UVDriver

/// What the kernel says of the host.
@Suite struct HostMeterTests {
    @Test func pressureIsTheShareOfTheLastTenSeconds() {
        let text = "some avg10=12.50 avg60=3.00 avg300=0.00 total=5\nfull avg10=1.00 avg60=0.00 avg300=0.00 total=0\n"
        #expect(HostMeter.pressure(Array(text.utf8)) == 0.125)
        for text in ["", "some", "some avg10=x", "full avg10=1.00", "some avg10=-1"] {
            #expect(HostMeter.pressure(Array(text.utf8)) == nil, "\(text)")
        }
        #expect(HostMeter.pressure(Array("some avg10=250.0".utf8)) == 1)
    }

    @Test func stolenTimeIsTheEighthFigure() {
        let times = HostMeter.Times(parsing: Array("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n".utf8))
        #expect(times?.all == 36 && times?.stolen == 8)
        for text in ["", "cpu0 1 2 3 4 5 6 7 8", "cpu  1 2 3", "cpu  1 2 3 4 5 6 7 x"] {
            #expect(HostMeter.Times(parsing: Array(text.utf8)) == nil, "\(text)")
        }
    }

    @Test func whatWasSaidIsSaidAgainForAMoment() {
        let meter = HostMeter()
        let first = meter.host(.zero)
        #expect(meter.host(Instant.zero + .seconds(1)) == first)
        // Shares are shares.
        let later = meter.host(Instant.zero + .seconds(2))
        #expect(later.pressure.map { (0...1).contains($0) } ?? true)
        #expect(later.steal.map { (0...1).contains($0) } ?? true)
    }
}
