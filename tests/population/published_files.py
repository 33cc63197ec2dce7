"""Headers and rows of tiny made-up files in the formats that the NHS publishes."""

AGES = [
    f"{sex} {age}"
    for age in ("0-4", "5-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
    for sex in ("Male", "Female")
]
LIST_SIZE = ["Area Team Name", "Area Team Code", "PCO Name", "PCO Code", "Practice Name", "Practice Code", *AGES]
REGISTERED = [
    "PUBLICATION", "EXTRACT_DATE", "TYPE", "CCG_CODE", "ONS_CCG_CODE", "CODE", "POSTCODE", "SEX", "AGE",
    "NUMBER_OF_PATIENTS",
]  # fmt: skip
PAYMENTS_2014 = [
    "Practice Code", "Contract Type", "Dispensing Practice", "Number of Registered Patients (Last Known Figure)",
    "Number of Weighted Patients (Last Known Figure)", "Global Sum", "MPIG Correction factor", "Premises Payments",
    "Seniority",
    "Total QOF Payments", "GP Extended Hours Access", "Minor Surgery", "Total National Enhanced Services",
    "Total Local Enhanced Services", "Balance of PMS Expenditure", "Dispensing Fee Payments", "Reimbursement of Drugs",
    "Total NHS Payments to General Practice",
]  # fmt: skip
PAYMENTS_2015 = [
    "PracticeCode", "ContractType", "DispensingPractice", "NumberOfRegisteredPatientsLastKnownFigure",
    "NumberOfWeightedPatientsLastKnownFigure", "GlobalSum_£", "MPIGCorrectionFactor_£", "PremisesPayments_£",
    "Seniority_£",
    "TotalQOFPayments_£", "ExtendedHoursAccess_£", "MinorSurgery_£", "NationalEnhancedServices_£",
    "LocalEnhancedServices_NHAIS_£", "BalanceOfPMSExpenditure_£", "DispensingFeePayments_£", "ReimbursementOfDrugs_£",
    "TotalNHSPaymentsToGeneralPractice_£", "LocalEnhancedServices_ISFE_£",
]  # fmt: skip
PAYMENTS_2017 = [name for name in PAYMENTS_2014 if name != "Total National Enhanced Services"]
PAID = ["A1", "GMS", "Yes", 1000, 1100, 70000, 500, 9000, 300, 9500, 1900, 700, 40, 250, 0, 60, 900, 99000]


def practice(code: str, opened: object = 19740401, closed: object = "", setting: object = 4) -> list[object]:
    cells: list[object] = [""] * 27
    cells[0], cells[1], cells[9], cells[10], cells[11], cells[12] = code, "SURGERY", "AA1 1AA", opened, closed, "A"
    cells[14], cells[25] = "00C", setting
    return cells


def listed(code: str, pco: str = "00C00", each: object = 10) -> list[object]:
    return ["TEAM", "Q45", "A CCG", pco, "SURGERY", code, *[each] * len(AGES)]
