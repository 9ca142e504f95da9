import Testing

/// What may change a cohort has to be noted, or other cells would be told of rows that are not there any more: orders of the
/// store are given in one place.
@Suite struct StoreOrderTests {
    @Test func ordersAreGivenInOnePlace() throws {
        var places: [String] = []
        for file in try SourceTree.sources() where file.path.contains("Nodes/Cell/") {
            for line in file.lines where SourceTree.code(line).contains("sink.store(") { places.append(file.path) }
        }
        #expect(places.count == 2 && places.allSatisfy { $0.hasSuffix("CohortListings.swift") }, "\(places)")
    }
}
