import MeshBase
import Testing

@testable import LoadGenerator

@Suite struct LoadConfigurationTests {
    @Test func mixesAddUpToOne() throws {
        let mix = try LoadMix("reads=60%, writes=0.3,services=10%")
        #expect(abs(mix.reads - 0.6) < 1e-9 && abs(mix.writes - 0.3) < 1e-9 && abs(mix.services - 0.1) < 1e-9)
        #expect(try LoadMix("writes=100%").writes == 1)
        #expect(try PriorityMix("critical=10%,normal=60%,low=30%").shares?.count == 4)
    }

    @Test(arguments: [
        "", "reads", "reads=60%", "reads=60%,reads=40%", "reads=60%,deletes=40%", "reads=sixty,writes=40%",
        "reads=160%,writes=-60%", "reads=60%,,writes=40%",
    ])
    func refusesOtherMixes(text: String) {
        #expect(throws: LoadError.self) { try LoadMix(text) }
    }

    @Test func everyFieldHasARange() throws {
        let good = LoadConfiguration(rate: 100, duration: .seconds(1))
        func refuses(_ change: (inout LoadConfiguration) -> Void) -> Bool {
            var configuration = good
            configuration.mix = .recordsOnly
            change(&configuration)
            do { try configuration.validate() } catch { return true }
            return false
        }
        #expect(!refuses { _ in })
        #expect(refuses { $0.rate = 0 })
        #expect(refuses { $0.rate = .nan })
        #expect(refuses { $0.rate = 2_000_000 })
        #expect(refuses { $0.duration = .zero })
        #expect(refuses { $0.customers = 0 })
        #expect(refuses { $0.keys = 0 })
        #expect(refuses { $0.connections = 0 })
        #expect(refuses { $0.queue = -1 })
        #expect(refuses { $0.timeout = .zero })
        #expect(refuses { $0.valueSize = 10 })
        #expect(refuses { $0.mix = .standard })
        #expect(refuses { $0.services = ["a b"] })
        #expect(refuses { $0.services = ["a\r\nX: y"] })
        #expect(refuses { $0.services = ["a/b"] })
        #expect(!refuses { $0.services = ["checkout"] })
    }
}
