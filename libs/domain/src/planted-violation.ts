import '#usecases';
