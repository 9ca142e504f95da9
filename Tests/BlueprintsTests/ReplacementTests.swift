import Testing
import Topology

@testable import Blueprints

@Suite struct ReplacementTests {
    private let old = MeshFiles.load(
        blueprint: """
            cell: shop
            services:
              - name: front
              - name: back
            store: {tier: critical}

            """, named: "old.yaml"
    ).blueprint!

    private func problems(_ yaml: String, replacing: String? = nil) -> [String] {
        let result = MeshFiles.load(replacement: yaml, named: "new.yaml", of: [old], replacing: replacing)
        #expect((result.blueprint == nil) == result.problems.contains { $0.severity == .error })
        return result.problems.filter { $0.severity == .error }.map { "\($0.line) \($0.code.rawValue) \($0.message)" }
    }

    @Test func whatMayChangeIsTaken() {
        #expect(
            problems(
                """
                cell: shop
                services:
                  - name: front
                    pool: {workers: 8}
                    work: {cpu: 1ms}
                  - name: back
                store: {tier: critical}

                """
            ).isEmpty)
    }

    @Test func whatMayNotIsToldWhereItStands() {
        let rest = "\nservices:\n  - name: front\n  - name: back\n"
        #expect(
            problems("cell: shop\nservices:\n  - name: front\n  - name: side\nstore: {tier: critical}\n")
                == ["4 not-live services cannot change while the mesh runs, nor their order: they are front, back"])
        #expect(
            problems("cell: shop\(rest)store: {tier: cache}\n").first?.hasPrefix("5 not-live the store's tiers") == true
        )
        #expect(problems("cell: shop\(rest)").first?.hasPrefix("1 not-live whether records are kept") == true)
        #expect(
            problems("cell: shpo\(rest)store: {tier: critical}\n")
                == ["1 not-live no cell of the mesh has a blueprint 'shpo'"])
        #expect(problems("cell: shpo\(rest)store: {tier: critical}\n", replacing: "shop").isEmpty)
        // What is wrong by itself comes first.
        #expect(problems("cell: shop\nservces: []\n").contains { $0.hasPrefix("2 unknown-key") })
    }
}
