import MeshBase
import Testing

@testable import Laboratories

@Suite struct WaveTests {
    @Test(arguments: [
        Wave(a: 0.02, beta: 0.23, omega: 0.628, phi: 0.3), Wave(a: 3, beta: -0.1, omega: 1.7, phi: -2.5),
        Wave(a: 0.5, beta: 0, omega: 2.9, phi: 1.2),
    ])
    func aWaveIsFound(wave: Wave) {
        let fit = WaveFit((0..<120).map { wave(Double($0) * 0.2) }, every: 0.2)
        #expect(abs(fit.wave.a / wave.a - 1) < 1e-3 && abs(fit.wave.beta - wave.beta) < 1e-3)
        #expect(abs(fit.wave.omega - wave.omega) < 1e-3 && abs(fit.wave.phi - wave.phi) < 1e-2)
        #expect(fit.residual < 1e-3)
    }

    @Test func thePublishedOutageIsFoundUnderItsNoise() throws {
        let report = try WaveLab().run()
        #expect(abs(report.wave.beta - 0.23) < 0.02 && abs(report.wave.omega - 0.6283) < 0.02)
        #expect(abs(report.wave.a - 0.02) < 0.006 && report.residual < 0.1)
        #expect(try #require(report.detection) < .seconds(20) && #require(report.humanRatio) > 10)
        #expect(abs(try #require(report.tenfold).seconds - 10) < 1)
        #expect(try WaveLab().run() == report)
        for table in report.sheet.tables { #expect(table.rows.allSatisfy { $0.count == table.columns.count }) }
    }

    @Test func whatIsSaturatedIsLeftOut() throws {
        var lab = WaveLab()
        lab.series = (0..<400).map { min(WaveLab.published(Double($0) * 0.2), 1) }
        let report = try lab.run()
        #expect(report.series.count < 400 && abs(report.wave.beta - 0.23) < 0.01)
    }

    @Test func tooLittleIsRefused() {
        var lab = WaveLab()
        lab.series = [0.1, 0.2, 0.3]
        #expect(throws: LabRefusal.self) { try lab.run() }
        lab.series = Array(repeating: 0, count: 20)
        #expect(throws: LabRefusal.self) { try lab.run() }
        lab.series = Array(repeating: .nan, count: 20)
        #expect(throws: LabRefusal("a figure that is no number")) { try lab.run() }
    }

    @Test func angles() {
        for (x, y, angle) in [(1.0, 0.0, 0.0), (0, 1, 1.5707963), (-1, 0.0001, 3.1414926), (-1, -1, -2.3561945)] {
            #expect(abs(Trigonometry.angle(x, y) - angle) < 1e-6)
        }
    }
}
